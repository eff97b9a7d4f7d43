"""The bot on one laptop: started together with a pretend Teams, or talked with in a terminal."""
