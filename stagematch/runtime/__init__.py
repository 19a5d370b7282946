"""Starting, testing and shipping stagematch: servers, processes and the commands in `bin/`.

Nothing here is imported by the product itself.
"""
