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
    /// <summary>Slope below zero of <see cref="Activation.LeakyRelu"/>, as in PyTorch.</summary>
    public const double LeakySlope = 0.01;

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
            case Activation.Relu6:
                action.Run(default(Relu6Function));
                break;
            case Activation.LeakyRelu:
                action.Run(new LeakyReluFunction(LeakySlope));
                break;
            case Activation.HardSwish:
                action.Run(default(HardSwishFunction));
                break;
            case Activation.Swish:
                action.Run(default(SwishFunction));
                break;
            case Activation.Sigmoid:
                action.Run(default(SigmoidFunction));
                break;
            case Activation.Tanh:
                action.Run(default(TanhFunction));
                break;
            case Activation.Gelu:
                action.Run(default(GeluFunction));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation.");
        }
    }

    /// <summary>Whether the derivative can be told from the result.</summary>
    public static bool DerivativeFromOutput(Activation activation)
    {
        var fromOutput = false;
        Run(activation, new Question(&fromOutput));
        return fromOutput;
    }

    /// <summary>y = f(x); the two may be one.</summary>
    public static void Forward<T>(LayerCall<T> call, Activation activation, T* x, T* y, nint count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Run(activation, new ForwardAction<T>(call, x, y, count));

    /// <summary>dx = f'(known) · dy; dx may be dy.</summary>
    public static void Backward<T>(LayerCall<T> call, Activation activation, T* known, T* dy, T* dx, nint count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Run(activation, new BackwardAction<T>(call, known, dy, dx, count));

    /// <summary>Adds the function's nodes behind a tensor of the file and returns the name of the result.</summary>
    public static string Export(OnnxExport export, Activation activation, string tensor) => activation switch
    {
        Activation.None => tensor,
        Activation.Relu => export.Node("Relu", [tensor]),
        Activation.Relu6 => export.Node("Clip", [tensor, export.Floats([0f]), export.Floats([6f])]),
        Activation.LeakyRelu => export.Node("LeakyRelu", [tensor], ("alpha", LeakySlope)),
        // HardSwish as one node came with opset 14.
        Activation.HardSwish => export.Node("Mul", [tensor, export.Node("HardSigmoid", [tensor], ("alpha", 1 / 6.0), ("beta", 0.5))]),
        Activation.Swish => export.Node("Mul", [tensor, export.Node("Sigmoid", [tensor])]),
        Activation.Sigmoid => export.Node("Sigmoid", [tensor]),
        Activation.Tanh => export.Node("Tanh", [tensor]),
        Activation.Gelu => Gelu(export, tensor),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation."),
    };

    private static string Gelu(OnnxExport export, string x)
    {
        var error = export.Node("Erf", [export.Node("Mul", [x, export.Floats([0.70710678f], 1)])]);
        var distribution = export.Node("Mul", [export.Node("Add", [error, export.Floats([1f], 1)]), export.Floats([0.5f], 1)]);
        return export.Node("Mul", [x, distribution]);
    }

    private readonly struct Question(bool* fromOutput) : IActivationAction
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
            => *fromOutput = TActivation.DerivativeFromOutput;
    }

    private readonly struct ForwardAction<T>(LayerCall<T> call, T* x, T* y, nint count) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
            => ActivationKernels.Forward(call, function, x, y, count);
    }

    private readonly struct BackwardAction<T>(LayerCall<T> call, T* known, T* dy, T* dx, nint count) : IActivationAction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TActivation>(TActivation function)
            where TActivation : struct, IActivation
            => ActivationKernels.Backward(call, function, known, dy, dx, count, accumulate: false);
    }
}
