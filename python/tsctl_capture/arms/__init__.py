"""The model as it is measured in Python: eager, through torch.compile, or in another runtime."""
