"""A part of the model in same_bytes_in_another_folder.test."""


def twice(x):
    return x + x
