"""The process that opens untrusted workbooks: no environment, hard limits, nothing of the project but this package."""
