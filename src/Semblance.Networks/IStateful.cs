namespace Semblance.Networks;

/// <summary>
/// Something that a training run must remember to go on later with the same bytes: an optimiser, averaged weights, a schedule that
/// looks at results. One description serves writing, checking and reading.
/// </summary>
public interface IStateful
{
    /// <summary>Names all its state to <paramref name="visitor"/>, always in the same order and with the same names.</summary>
    void VisitState(StateVisitor visitor);
}

/// <summary>Writes, checks or reads the pieces of state that an <see cref="IStateful"/> names. Names are unique within it.</summary>
public abstract class StateVisitor
{
    public abstract void Singles(string name, Shape shape, Span<float> values);

    /// <param name="value">Written, or replaced by what was written; left alone while a file is only checked.</param>
    public abstract void Integer(string name, ref long value);

    /// <inheritdoc cref="Integer"/>
    public abstract void Real(string name, ref double value);

    /// <inheritdoc cref="Integer"/>
    public abstract void Text(string name, ref string value);
}
