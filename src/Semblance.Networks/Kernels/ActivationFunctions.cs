using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>A computation that is compiled for each activation.</summary>
internal interface IActivationVisitor
{
    void Visit<TActivation>(TActivation activation)
        where TActivation : struct, IActivation;
}

/// <summary>From the name of an activation to its function, and to its nodes in an ONNX file.</summary>
internal static class ActivationFunctions
{
    /// <summary>Slope below zero of <see cref="Activation.LeakyRelu"/>, as in PyTorch.</summary>
    public const double LeakySlope = 0.01;

    public static void Visit<TVisitor>(Activation activation, TVisitor visitor)
        where TVisitor : struct, IActivationVisitor
    {
        switch (activation)
        {
            case Activation.None:
                visitor.Visit(default(IdentityFunction));
                break;
            case Activation.Relu:
                visitor.Visit(default(ReluFunction));
                break;
            case Activation.Relu6:
                visitor.Visit(default(Relu6Function));
                break;
            case Activation.LeakyRelu:
                visitor.Visit(new LeakyReluFunction(LeakySlope));
                break;
            case Activation.HardSwish:
                visitor.Visit(default(HardSwishFunction));
                break;
            case Activation.Swish:
                visitor.Visit(default(SwishFunction));
                break;
            case Activation.Sigmoid:
                visitor.Visit(default(SigmoidFunction));
                break;
            case Activation.Tanh:
                visitor.Visit(default(TanhFunction));
                break;
            case Activation.Gelu:
                visitor.Visit(default(GeluFunction));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation.");
        }
    }

    /// <summary>Whether the derivative is computed from the result rather than from the argument.</summary>
    public static bool DerivativeFromOutput(Activation activation) => activation is not (Activation.HardSwish or Activation.Swish or Activation.Gelu);

    /// <summary>Adds the activation's nodes behind a tensor and returns the name of the result.</summary>
    public static string Export(OnnxExport export, Activation activation, string x) => activation switch
    {
        Activation.None => x,
        Activation.Relu => export.Node("Relu", [x]),
        Activation.Relu6 => export.Node("Clip", [x, export.Floats([0f]), export.Floats([6f])]),
        Activation.LeakyRelu => export.Node("LeakyRelu", [x], ("alpha", LeakySlope)),
        Activation.HardSwish => export.Node("Mul", [x, export.Node("HardSigmoid", [x], ("alpha", 1 / 6.0), ("beta", 0.5))]),
        Activation.Swish => export.Node("Mul", [x, export.Node("Sigmoid", [x])]),
        Activation.Sigmoid => export.Node("Sigmoid", [x]),
        Activation.Tanh => export.Node("Tanh", [x]),
        Activation.Gelu => Gelu(export, x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "No such activation."),
    };

    private static string Gelu(OnnxExport export, string x)
    {
        var error = export.Node("Erf", [export.Node("Mul", [x, export.Floats([0.70710678f], 1)])]);
        var distribution = export.Node("Mul", [export.Node("Add", [error, export.Floats([1f], 1)]), export.Floats([0.5f], 1)]);
        return export.Node("Mul", [x, distribution]);
    }
}
