"""The user's model: SOURCE, weights, inputs and outputs, and the adapters that make them fit TorchScript."""
