"""The ways of capturing a model, and the choice of the one that is kept."""
