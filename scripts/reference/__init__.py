"""The pages of docs/reference/, made from the code and from running nodes: python -m scripts.reference [FOLDER]."""
