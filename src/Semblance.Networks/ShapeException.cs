namespace Semblance.Networks;

/// <summary>Shapes that do not fit: names the layer, the shapes it got and what it wants instead.</summary>
public sealed class ShapeException(string message) : ArgumentException(message);
