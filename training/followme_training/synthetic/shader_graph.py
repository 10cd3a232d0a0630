"""A graph of shader nodes, written as expressions."""

from __future__ import annotations

from typing import Any

Socket = Any
Value = Any  # a socket, a number, or a vector or colour of numbers


class ShaderGraph:
    """The nodes of one material.

    Parameters
    ----------
    bpy : module
        Blender.
    name : str
        Of the material.
    """

    def __init__(self, bpy: Any, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self._tree = self.material.node_tree
        self._tree.nodes.clear()
        self._places = self._tree.nodes.new("ShaderNodeTexCoord")

    @property
    def place(self) -> Socket:
        """Where on its thing a point is, metres; in the room, where in the scene."""
        return self._places.outputs["Object"]

    @property
    def uv(self) -> Socket:
        """Where on its face a point is, 0 to 1 each way."""
        return self._places.outputs["UV"]

    def node(self, kind: str, inputs: dict[str | int, Value], **settings: Any) -> Any:
        """Return a new node with inputs linked or set."""
        node = self._tree.nodes.new(f"ShaderNode{kind}")
        for key, value in settings.items():
            setattr(node, key, value)
        for name, value in inputs.items():
            socket = node.inputs[name]
            if hasattr(value, "links"):
                self._tree.links.new(value, socket)
            else:
                socket.default_value = value
        return node

    def math(self, operation: str, *values: Value) -> Socket:
        """Return the result of a scalar operation."""
        inputs: dict[str | int, Value] = dict(enumerate(values))
        return self.node("Math", inputs, operation=operation).outputs[0]

    def axis(self, name: str, of: Socket | None = None) -> Socket:
        """Return X, Y or Z of a vector; of the place where none is given."""
        vector = self.place if of is None else of
        return self.node("SeparateXYZ", {"Vector": vector}).outputs[name]

    def noise(self, scale: float, detail: float = 2.0, of: Socket | None = None) -> Socket:
        """Return blotches, about 0.5, that many to a metre."""
        vector = self.place if of is None else of
        return self.node("TexNoise", {"Vector": vector, "Scale": scale, "Detail": detail}).outputs[
            0
        ]

    def mix(self, share: Value, first: Value, second: Value) -> Socket:
        """Return a colour between two."""
        node = self.node("Mix", {}, data_type="RGBA")
        for index, value in ((0, share), (6, first), (7, second)):
            socket = node.inputs[index]
            if hasattr(value, "links"):
                self._tree.links.new(value, socket)
            else:
                socket.default_value = value
        return node.outputs[2]

    def spread(self, value: Socket, low: float, high: float) -> Socket:
        """Return a value between 0 and 1 as one between two others."""
        return self.node("MapRange", {"Value": value, "To Min": low, "To Max": high}).outputs[0]

    def toned(self, colour: Value, by: Socket) -> Socket:
        """Return a colour, brighter or darker by a factor."""
        node = self.node("Mix", {}, data_type="RGBA", blend_type="MULTIPLY")
        node.inputs[0].default_value = 1.0
        grey = self.node("CombineColor", {0: by, 1: by, 2: by}).outputs[0]
        for index, value in ((6, colour), (7, grey)):
            if hasattr(value, "links"):
                self._tree.links.new(value, node.inputs[index])
            else:
                node.inputs[index].default_value = value
        return node.outputs[2]

    def bumped(self, height: Socket, metres: float) -> Socket:
        """Return the normal of a surface that is as rough as a height says."""
        return self.node("Bump", {"Height": height, "Distance": metres, "Strength": 0.6}).outputs[0]

    def matter(self, colour: Value, roughness: Value = 0.5, **inputs: Value) -> Socket:
        """Return an opaque surface."""
        given: dict[str | int, Value] = {"Base Color": colour, "Roughness": roughness}
        given.update({name.replace("_", " "): value for name, value in inputs.items()})
        return self.node("BsdfPrincipled", given).outputs[0]

    def finish(self, surface: Socket) -> Any:
        """Make a surface the material's, and return the material."""
        self.node("OutputMaterial", {"Surface": surface})
        return self.material
