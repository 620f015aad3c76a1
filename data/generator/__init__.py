"""The sample: a small invented district whose departments report, month after month, in layouts of their own."""
