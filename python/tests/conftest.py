"""The tests of the package, most of them with the fixtures that it brings."""

pytest_plugins = ["pytester"]
