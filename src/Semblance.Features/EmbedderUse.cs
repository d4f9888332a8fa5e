namespace Semblance.Features;

/// <summary>What an embedder is opened for, which decides what runs its network.</summary>
public enum EmbedderUse
{
    /// <summary>A picture or a few: ONNX Runtime, which starts soonest, since it maps the weights as it left them.</summary>
    Few,

    /// <summary>
    /// Many pictures: the runtime that is faster on this machine. The first time, both are run for a second or two, and the outcome is
    /// kept beside the model.
    /// </summary>
    Many,
}
