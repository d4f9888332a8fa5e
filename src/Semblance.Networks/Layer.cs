using System.Numerics;
using Semblance.Numerics;
using Semblance.Numerics.Memory;

namespace Semblance.Networks;

/// <summary>
/// One operation of a network: shape rule, forward and backward pass, and its nodes in an ONNX file. A layer holds settings and
/// parameters, and no state of a run, so that several runs may use it. The flags tell the memory plan what a pass reads and writes.
/// </summary>
public abstract class Layer
{
    private string? _name;

    /// <summary>Unique in its network; made from the type and a number when not given.</summary>
    public string Name
    {
        get => _name ?? GetType().Name;
        init => _name = value;
    }

    /// <summary>In the order in which <see cref="Bind"/> made them; empty before the layer is added to a network.</summary>
    public IReadOnlyList<Parameter> Parameters { get; private set; } = [];

    internal bool IsBound { get; private set; }

    internal bool IsNamed => _name is not null;

    /// <summary>Shapes of the outputs.</summary>
    /// <exception cref="ShapeException">The inputs do not fit; thrown by <see cref="Misfit"/>.</exception>
    public abstract Shape[] InferShapes(ReadOnlySpan<Shape> inputs);

    /// <summary>Whether <see cref="Backward"/> reads that input's values.</summary>
    public virtual bool KeepsInput(int index) => true;

    /// <summary>Whether <see cref="Backward"/> reads that output's values.</summary>
    public virtual bool KeepsOutput(int index) => false;

    /// <summary>
    /// Whether <see cref="Forward"/> may write output 0 where that input of the same shape lies: each element is read before its
    /// place is written, as in an element-wise operation.
    /// </summary>
    public virtual bool OverwritesInput(int index) => false;

    /// <summary>Whether <see cref="Backward"/> may write input gradient 0 where output gradient 0 lies, element by element.</summary>
    public virtual bool OverwritesGradient => false;

    /// <summary>Whether running it a second time in the backward pass may be better than keeping its outputs (<see cref="Recompute.Cheap"/>).</summary>
    public virtual bool IsCheap => false;

    /// <summary>
    /// Whether the gradient of that input is the gradient of output 0, so that <see cref="Backward"/> finds it there and has nothing
    /// to write; true for every input of an addition.
    /// </summary>
    public virtual bool PassesGradient(int index) => IsView;

    /// <summary>Whether the output is the input's memory under another shape; passes do nothing then.</summary>
    public virtual bool IsView => false;

    /// <summary>Whether no gradient goes through to the inputs.</summary>
    public virtual bool StopsGradient => false;

    public virtual LayerMemory Memory(in LayerShapes shapes) => default;

    /// <summary>Computes the outputs from the inputs.</summary>
    public abstract void Forward<T>(LayerCall<T> call)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// Computes the gradients of inputs and parameters that are not <see cref="Tensor{T}.IsNone"/>, added to what is there where
    /// the call says so. Called only if one of them is wanted. Goes through the inputs in their order: if one tensor is given twice,
    /// the second gradient is added to the first.
    /// </summary>
    public abstract void Backward<T>(LayerCall<T> call)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Writes the layer as it works in inference.</summary>
    public abstract void Export(OnnxExport export);

    /// <summary>Makes the parameters; the inputs' shapes have passed <see cref="InferShapes"/>, which must not count on parameters yet.</summary>
    protected virtual void Bind(LayerBinding binding)
    {
    }

    /// <summary>The exception for inputs that do not fit.</summary>
    /// <param name="wants">What the layer takes, as a full sentence.</param>
    protected ShapeException Misfit(ReadOnlySpan<Shape> inputs, string wants)
        => new($"Layer '{Name}' ({GetType().Name}) cannot take {string.Join(" and ", inputs.ToArray().Select(shape => shape.ToString()))}: {wants}");

    /// <summary>
    /// Parameter 0 as inference on inputs of these shapes reads it fastest, made when first asked for and kept; null where the
    /// parameter itself serves. Thread-safe.
    /// </summary>
    internal virtual HugeMemory? PackWeights(IReadOnlyList<Shape> inputs, WorkerTeam team) => null;

    /// <summary>Whether <see cref="PackWeights"/> has nothing to do any more.</summary>
    internal virtual bool IsPacked(IReadOnlyList<Shape> inputs) => true;

    internal void GiveName(string name) => _name = name;

    internal void BindOnce(LayerBinding binding)
    {
        Bind(binding);
        Parameters = binding.Parameters;
        IsBound = true;
    }
}
