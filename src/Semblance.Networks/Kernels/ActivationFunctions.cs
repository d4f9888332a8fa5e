using System.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Work that takes an activation as a type argument.</summary>
internal interface IActivationAction
{
    void Run<TActivation>(TActivation function)
        where TActivation : struct, IActivation;
}

/// <summary>From <see cref="Activation"/>, which a layer's user names, to the functions that kernels are compiled for.</summary>
internal static unsafe class ActivationFunctions
{
    public static void Run<TAction>(Activation activation, TAction action)
        where TAction : struct, IActivationAction
    {
        switch (activation)
        {
            case Activation.None:
                action.Run(default(IdentityFunction));
                break;
            case Activation.Relu:
                action.Run(default(ReluFunction));
                break;
            default:
                throw new NotSupportedException($"Activation {activation} cannot be applied by another layer; add it as a layer of its own.");
        }
    }

    /// <summary>Whether the derivative can be told from the result.</summary>
    public static bool DerivativeFromOutput(Activation activation)
    {
        var fromOutput = false;
        Run(activation, new Question(&fromOutput));
        return fromOutput;
    }

    /// <summary>dx = f'(known) · dy; dx may be dy.</summary>
    public static void Backward<T>(LayerCall<T> call, Activation activation, T* known, T* dy, T* dx, nint count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Run(activation, new BackwardAction<T>(call, known, dy, dx, count));

    /// <summary>Adds the function's node behind a tensor of the file and returns the name of its result.</summary>
    public static string Export(OnnxExport export, Activation activation, string tensor) => activation switch
    {
        Activation.None => tensor,
        Activation.Relu => export.Node("Relu", [tensor]),
        _ => throw new NotSupportedException($"Activation {activation} has no ONNX node here."),
    };

    private readonly struct Question(bool* fromOutput) : IActivationAction
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
            => *fromOutput = TActivation.DerivativeFromOutput;
    }

    private readonly struct BackwardAction<T>(LayerCall<T> call, T* known, T* dy, T* dx, nint count) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
            => ActivationKernels.Backward(call, function, known, dy, dx, count, accumulate: false);
    }
}
