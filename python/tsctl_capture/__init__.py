"""The Python that tsctl embeds: it builds a user's model, runs it and captures it as TorchScript.

C++ does everything after that: loading, freezing, passes, running, timing. It calls jobs.py. The folders:

- model: the user's model, its inputs and outputs, and the modules around it that a trace needs
- reference: what eager computes, and how outputs are compared with it
- explain: what torch's warnings, graphs and refusals mean for the user's code
- capture: the ways of capturing, and which one is kept
- arms: the model as it is measured in Python: eager, compiled, or in another runtime

A folder imports only folders above it (scripts/check_layers.py). Every folder may import errors, events,
vocabulary, request, results, python_warnings and retirement_notices.
"""
