"""The Teams app package, which an administrator uploads so that people can use the bot."""
