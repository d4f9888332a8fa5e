using Semblance.Numerics;

namespace Semblance.Networks.Kernels;

/// <summary>A run of elements of one parameter, small enough to share work out and large enough to be worth it.</summary>
internal readonly record struct ParameterPiece(int Parameter, nint Start, nint Count);

/// <summary>
/// Parameters cut into pieces that depend on nothing but their sizes, so that sums over pieces in order are the same for any
/// number of threads.
/// </summary>
internal sealed class ParameterPieces
{
    private const int Size = 1 << 15;

    private readonly ParameterPiece[] _pieces;

    public ParameterPieces(IReadOnlyList<Parameter> parameters)
    {
        var pieces = new List<ParameterPiece>();
        for (var i = 0; i < parameters.Count; i++)
        {
            var length = parameters[i].Shape.Length;
            for (nint start = 0; start < length; start += Size)
                pieces.Add(new ParameterPiece(i, start, Math.Min(Size, length - start)));
        }
        _pieces = [.. pieces];
    }

    public int Count => _pieces.Length;

    public ParameterPiece this[int index] => _pieces[index];

    /// <summary>Each piece once, on the team's threads, or on the caller's alone.</summary>
    public void ForEach(WorkerTeam? team, Action<int> piece)
    {
        if (team is not null)
        {
            team.Run(_pieces.Length, piece);
            return;
        }
        for (var i = 0; i < _pieces.Length; i++)
            piece(i);
    }
}
