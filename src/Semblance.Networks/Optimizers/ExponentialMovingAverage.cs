using System.Runtime.CompilerServices;
using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Memory;
using Semblance.Numerics.Simd;

namespace Semblance.Networks;

/// <summary>
/// A second set of weights that follows the trained ones slowly, a ← d·a + (1 − d)·w after each step, and generalises better in the
/// middle of a run (Polyak averaging; Tarvainen and Valpola, "Mean teachers", 2017). Running statistics are copied as they are.
/// </summary>
public sealed unsafe class ExponentialMovingAverage : IStateful
{
    private readonly Parameter[] _parameters;
    private readonly HugeMemory[] _averages;
    private readonly ParameterPieces _pieces;
    private readonly double _decay;
    private long _updates;

    /// <param name="decay">d; the averages look back over about 1 / (1 − d) steps.</param>
    public ExponentialMovingAverage(Network network, double decay = 0.999)
    {
        if (!(decay is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "The share that an average keeps is 0 or more and below 1.");
        _decay = decay;
        _parameters = [.. network.Parameters];
        _pieces = new ParameterPieces(_parameters);
        _averages = [.. _parameters.Select(parameter => new HugeMemory(parameter.Shape.Length * sizeof(float)))];
        for (var i = 0; i < _parameters.Length; i++)
            _parameters[i].Values.CopyTo(Averages(i));
    }

    /// <summary>
    /// Whether the first updates look back less far, d = min(d, (1 + t) / (10 + t)), so that the random start is soon forgotten.
    /// </summary>
    public bool WarmsUp { get; init; } = true;

    /// <summary>Whether the network holds the averages now, and this object the trained weights.</summary>
    public bool IsSwapped { get; private set; }

    /// <summary>Takes a step's weights in.</summary>
    /// <exception cref="InvalidOperationException">The averages are in the network.</exception>
    public void Update(WorkerTeam? team = null)
    {
        ThrowIfSwapped();
        _updates++;
        var decay = WarmsUp ? Math.Min(_decay, (1.0 + _updates) / (10.0 + _updates)) : _decay;
        var rule = new AverageRule((float)(1 - decay));
        _pieces.ForEach(team, index =>
        {
            var piece = _pieces[index];
            var parameter = _parameters[piece.Parameter];
            var average = (float*)_averages[piece.Parameter].Start + piece.Start;
            var values = parameter.Pointer + piece.Start;
            if (parameter.IsBuffer)
                new Span<float>(values, (int)piece.Count).CopyTo(new Span<float>(average, (int)piece.Count));
            else
                SimdWidth<float>.Chosen.Run(new UpdateKernel<AverageRule>(rule, average, values, null, null, null, piece.Count));
        });
    }

    /// <summary>
    /// Exchanges averages and weights: once to evaluate or export with the averages, once more to go on training. The trained weights
    /// come back to the bit.
    /// </summary>
    public void Swap()
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            var values = _parameters[i].Values;
            var averages = Averages(i);
            for (var j = 0; j < values.Length; j++)
                (values[j], averages[j]) = (averages[j], values[j]);
        }
        IsSwapped = !IsSwapped;
    }

    public void VisitState(StateVisitor visitor)
    {
        ThrowIfSwapped();
        visitor.Integer("average.updates", ref _updates);
        for (var i = 0; i < _parameters.Length; i++)
            visitor.Singles($"average.{_parameters[i].Name}", _parameters[i].Shape, Averages(i));
    }

    private Span<float> Averages(int index) => new(_averages[index].Start, checked((int)_parameters[index].Shape.Length));

    private void ThrowIfSwapped()
    {
        if (IsSwapped)
            throw new InvalidOperationException($"The network holds the averages; call {nameof(Swap)} to bring the trained weights back first.");
    }

    // As a step towards the weights: where both are equal nothing is lost to rounding.
    private readonly struct AverageRule(float share) : IUpdateRule
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TSimd, TVector>(ref TVector value, TVector gradient, ref TVector first, ref TVector second, ref TVector third)
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
            => value = TSimd.MultiplyAdd(TSimd.Create(share), TSimd.Subtract(gradient, value), value);
    }
}
