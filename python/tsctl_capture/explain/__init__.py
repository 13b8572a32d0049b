"""What torch's warnings, graphs and refusals mean for the user's code."""
