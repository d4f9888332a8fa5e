using System.Numerics;
using Semblance.Networks.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>A function applied to every element: a subclass names the function and its ONNX nodes.</summary>
public abstract unsafe class ActivationLayer : Layer
{
    private protected ActivationLayer()
    {
    }

    private protected abstract bool DerivativeFromOutput { get; }

    public sealed override bool IsCheap => true;

    public sealed override bool OverwritesGradient => true;

    public sealed override bool KeepsInput(int index) => !DerivativeFromOutput;

    public sealed override bool KeepsOutput(int index) => DerivativeFromOutput;

    public sealed override bool OverwritesInput(int index) => true;

    public sealed override Shape[] InferShapes(ReadOnlySpan<Shape> inputs) => inputs.Length == 1 ? [inputs[0]] : throw Misfit(inputs, "it takes one tensor.");

    private protected static void Forward<T, TActivation>(LayerCall<T> call, TActivation activation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
        => ActivationKernels.Forward(call, activation, call.Input().Data, call.Output().Data, call.Output().Shape.Length);

    private protected static void Backward<T, TActivation>(LayerCall<T> call, TActivation activation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        var known = TActivation.DerivativeFromOutput ? call.Output() : call.Input();
        ActivationKernels.Backward(call, activation, known.Data, call.OutputGradient().Data, call.InputGradient().Data, known.Shape.Length, call.Accumulates());
    }
}
