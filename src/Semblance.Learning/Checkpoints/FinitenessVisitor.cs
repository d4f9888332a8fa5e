using System.Numerics.Tensors;
using Semblance.Networks;

namespace Semblance.Learning.Checkpoints;

/// <summary>
/// Refuses tensors with an infinity or no number among their elements. Single numbers pass: a schedule that has seen no result yet has
/// infinity as its best.
/// </summary>
internal sealed class FinitenessVisitor : StateVisitor
{
    /// <exception cref="NotFiniteNumberException">The message names the tensor.</exception>
    public override void Singles(string name, Shape shape, Span<float> values)
    {
        // The sum of finite values can overflow; only then is each looked at.
        if (float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(values)))
            return;
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                throw new NotFiniteNumberException($"'{name}' holds an infinity or no number, so that no checkpoint was written: the training has diverged. Go back to the last checkpoint, with a lower learning rate or clipped gradients.");
        }
    }

    public override void Integer(string name, ref long value)
    {
    }

    public override void Real(string name, ref double value)
    {
    }

    public override void Text(string name, ref string value)
    {
    }
}
