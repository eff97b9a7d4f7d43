"""Foundation: what a reporting duty is, how far each municipality has come with it, and who does it there."""
