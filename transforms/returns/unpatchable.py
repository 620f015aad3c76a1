"""Why a workbook's parts are left alone."""


class Unpatchable(Exception):
    """A part is not what the patching understands; the workbook is then built anew from the cells that were read."""
