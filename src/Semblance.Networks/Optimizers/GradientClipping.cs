using System.Globalization;
using System.Numerics.Tensors;
using Semblance.Networks.Kernels;
using Semblance.Numerics;

namespace Semblance.Networks;

/// <summary>
/// Keeps a step from going too far. Works on the gradients of parameters that are not frozen, between
/// <see cref="NetworkRun{T}.Backward"/> and <see cref="Optimizer.Step"/>; one made once for a list of parameters.
/// </summary>
public sealed unsafe class GradientClipping
{
    private readonly Parameter[] _parameters;
    private readonly ParameterPieces _pieces;
    private readonly double[] _squares;

    public GradientClipping(IReadOnlyList<Parameter> parameters)
    {
        _parameters = [.. parameters.Where(parameter => !parameter.IsBuffer)];
        _pieces = new ParameterPieces(_parameters);
        _squares = new double[_pieces.Count];
    }

    /// <summary>Euclidean norm of all gradients together; the same for any number of threads.</summary>
    /// <exception cref="NotFiniteNumberException">A gradient holds an infinity or no number; the message names the first such parameter and its layer.</exception>
    public double Norm(WorkerTeam? team = null)
    {
        _pieces.ForEach(team, index => _squares[index] = Gradients(index) is { Length: > 0 } gradients ? TensorPrimitives.SumOfSquares<float>(gradients) : 0);
        var sum = 0.0;
        foreach (var square in _squares)
            sum += square;
        return double.IsFinite(sum) ? Math.Sqrt(sum) : WideNorm();
    }

    /// <summary>
    /// Scales all gradients so that their norm is no more than <paramref name="maximum"/>, keeping their direction
    /// (Pascanu et al., "On the difficulty of training recurrent neural networks", 2013).
    /// </summary>
    /// <returns>The norm before.</returns>
    /// <exception cref="NotFiniteNumberException">As for <see cref="Norm"/>; no gradient was changed.</exception>
    public double ByNorm(double maximum, WorkerTeam? team = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        var norm = Norm(team);
        // As PyTorch: a little below the maximum, and never a division by 0.
        var scale = maximum / (norm + 1e-6);
        if (scale < 1)
            _pieces.ForEach(team, index => TensorPrimitives.Multiply(Gradients(index), (float)scale, Gradients(index)));
        return norm;
    }

    /// <summary>Cuts each element to −<paramref name="bound"/> … <paramref name="bound"/>, which changes the direction.</summary>
    /// <returns>The norm before.</returns>
    /// <exception cref="NotFiniteNumberException">As for <see cref="Norm"/>; no gradient was changed.</exception>
    public double ByValue(double bound, WorkerTeam? team = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var norm = Norm(team);
        _pieces.ForEach(team, index =>
        {
            var gradients = Gradients(index);
            TensorPrimitives.Min(gradients, (float)bound, gradients);
            TensorPrimitives.Max(gradients, (float)-bound, gradients);
        });
        return norm;
    }

    private Span<float> Gradients(int index)
    {
        var piece = _pieces[index];
        var parameter = _parameters[piece.Parameter];
        return parameter.Trainable ? new Span<float>(parameter.GradientPointer + piece.Start, (int)piece.Count) : default;
    }

    // Squares may overflow where the numbers do not.
    private double WideNorm()
    {
        var sum = 0.0;
        foreach (var parameter in _parameters.Where(parameter => parameter.Trainable))
        {
            for (nint i = 0; i < parameter.Shape.Length; i++)
            {
                var gradient = (double)parameter.GradientPointer[i];
                if (!double.IsFinite(gradient))
                    throw new NotFiniteNumberException(string.Create(CultureInfo.InvariantCulture, $"The gradient of parameter '{parameter.Name}' of layer '{LayerOf(parameter)}' holds {gradient} at element {i} of {parameter.Shape}: the training has diverged. Lower the learning rate, warm it up, or go back to a checkpoint."));
                sum += gradient * gradient;
            }
        }
        return Math.Sqrt(sum);
    }

    private static string LayerOf(Parameter parameter) => parameter.Name[..Math.Max(0, parameter.Name.LastIndexOf('.'))];
}
