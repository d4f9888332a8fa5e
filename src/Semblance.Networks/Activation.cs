namespace Semblance.Networks;

/// <summary>Activations that a convolution or a normalisation can apply to its result while it is at hand.</summary>
public enum Activation
{
    None,
    Relu,
    Relu6,

    /// <summary>Slope 0.01 below zero.</summary>
    LeakyRelu,
    HardSwish,
    Swish,
    Sigmoid,
    Tanh,
    Gelu,
}
