"""Foundation: a list that is imported. It is shown first, saved whole or not at all, and changes nothing twice."""
