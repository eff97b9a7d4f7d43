"""What an event is, for every feature that has to do with one: its time, its life and its seats."""
