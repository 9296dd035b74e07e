"""No models. The module must exist all the same: Django tells only apps that have one that migrations are done."""
