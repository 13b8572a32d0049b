"""The Python that tsctl embeds: it builds a user's model, runs it and captures it as TorchScript.

Everything after that (loading, freezing, passes, running, timing) is C++. The entry points are in jobs.py.
"""
