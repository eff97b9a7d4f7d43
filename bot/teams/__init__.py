"""The edge to Microsoft Teams: the only package that knows botbuilder, HTTP and tokens."""
