namespace Semblance.Features;

/// <summary>What runs a network. The two agree to a cosine of .9999 and better.</summary>
public enum NetworkRuntime
{
    OnnxRuntime,

    /// <summary>The engine of Semblance.Networks, which also trains.</summary>
    Engine,
}
