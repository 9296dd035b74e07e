"""The frame of every page: menu and search registries, addresses with the shop in them, template tags, refusals."""
