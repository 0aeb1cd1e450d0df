"""Others at the same work, beside the bridge: installed in a folder of their own, never a dependency of ours."""
