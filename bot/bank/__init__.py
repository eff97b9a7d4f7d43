"""Foundation: the rules of the knowledge bank's entries."""
