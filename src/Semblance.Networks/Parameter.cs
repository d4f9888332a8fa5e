using System.Globalization;
using System.Runtime.InteropServices;
using Semblance.Numerics;
using Semblance.Numerics.Memory;

namespace Semblance.Networks;

/// <summary>
/// Weights that a layer owns, float32 in native memory, with their gradient. Layers that are added twice, and networks that
/// share a layer, share its parameters.
/// </summary>
public sealed unsafe class Parameter
{
    private readonly Lock _gate = new();
    private HugeMemory? _values;
    private HugeMemory? _gradient;
    private Action<Span<float>>? _fill;

    internal Parameter(string name, Shape shape, bool isBuffer, bool decays)
    {
        Name = name;
        Shape = shape;
        IsBuffer = isBuffer;
        Trainable = !isBuffer;
        Decays = decays;
    }

    /// <summary>A parameter outside a network, such as the proxies of a loss; whoever makes it writes its gradient.</summary>
    public static Parameter Create(string name, Shape shape, Initializer initialize, SeededRandom random, bool decays = true)
    {
        var parameter = new Parameter(name, shape, isBuffer: false, decays);
        initialize(parameter.Values, random);
        return parameter;
    }

    /// <summary>Layer and role, <c>conv3.weight</c>; unique in a network.</summary>
    public string Name { get; private set; }

    public Shape Shape { get; }

    /// <summary>Running statistics: saved with the network, changed by forward passes in training, never by an optimiser.</summary>
    public bool IsBuffer { get; }

    /// <summary>False freezes it: no gradient is computed. Heeded by runs that are prepared afterwards.</summary>
    public bool Trainable
    {
        get;
        set => field = value && IsBuffer
            ? throw new InvalidOperationException($"'{Name}' holds running statistics; an optimiser has no business with them.")
            : value;
    }

    /// <summary>Whether weight decay applies; by default not to biases, to scales and shifts of normalisations, nor to PReLU's slopes.</summary>
    public bool Decays { get; set; }

    /// <summary>Multiplies the optimiser's learning rate for this parameter.</summary>
    public double LearningRateFactor { get; set; } = 1;

    /// <summary>Valid as long as the parameter is reachable.</summary>
    public Span<float> Values => new(Pointer, checked((int)Shape.Length));

    /// <summary>
    /// Derivative of the loss by each value, written by <see cref="NetworkRun{T}.Backward"/>; zero before the first.
    /// </summary>
    public Span<float> Gradient => new(GradientPointer, checked((int)Shape.Length));

    /// <summary>Taken when first asked for: weights of which only a packed form is used never stand here.</summary>
    internal float* Pointer => (float*)(Volatile.Read(ref _values) ?? TakeValues()).Start;

    /// <summary>What fills the values when they are first asked for; null when they are there.</summary>
    internal Action<Span<float>>? Deferred => Volatile.Read(ref _values) is null ? _fill : null;

    /// <summary>Taken when first asked for: networks that are only run never pay for it.</summary>
    internal float* GradientPointer => (float*)(_gradient ?? TakeGradient()).Start;

    /// <summary>Leaves the values until they are first asked for. Right after the parameter was made; may be called again and from any thread.</summary>
    internal void Defer(Action<Span<float>> fill) => _fill = fill;

    /// <summary>Calls <paramref name="use"/> with the values, which are not kept if they are still deferred.</summary>
    internal void Lend(Action<nint> use)
    {
        if (Deferred is not { } fill)
        {
            use((nint)Pointer);
            return;
        }
        var memory = Allocate();
        fill(new Span<float>(memory.Start, checked((int)Shape.Length)));
        use((nint)memory.Start);
        memory.Release();
    }

    internal void Rename(string name) => Name = name;

    public override string ToString() => $"{Name} {Shape}";

    private HugeMemory TakeValues()
    {
        lock (_gate)
        {
            if (_values is { } known)
                return known;
            var memory = Allocate();
            if (_fill is null)
                NativeMemory.Clear(memory.Start, (nuint)memory.Bytes);
            else
                _fill(new Span<float>(memory.Start, checked((int)Shape.Length)));
            Volatile.Write(ref _values, memory);
            return memory;
        }
    }

    // Several threads may ask first; one memory wins.
    private HugeMemory TakeGradient()
    {
        var memory = Allocate();
        NativeMemory.Clear(memory.Start, (nuint)memory.Bytes);
        return Interlocked.CompareExchange(ref _gradient, memory, null) ?? memory;
    }

    private HugeMemory Allocate()
    {
        var bytes = checked(Shape.Length * sizeof(float));
        try
        {
            return new HugeMemory(bytes);
        }
        catch (OutOfMemoryException failure)
        {
            throw new OutOfMemoryException(string.Create(CultureInfo.InvariantCulture, $"Parameter '{Name}' {Shape} needs {bytes / 1e6:0.0} MB and the system does not give them; take a smaller network."), failure);
        }
    }
}
