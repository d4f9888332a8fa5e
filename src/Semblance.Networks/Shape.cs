using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Semblance.Networks;

/// <summary>
/// Sizes of a tensor's axes, row-major, one to six of them; pictures are <c>[batch, height, width, channels]</c>. Compared by value.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    public const int MaxRank = 6;

    private readonly Axes _axes;

    /// <exception cref="ArgumentException">No axis or more than six.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An axis is shorter than 1.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length is 0 or > MaxRank)
            throw new ArgumentException($"A tensor has 1 to {MaxRank} axes and {sizes.Length} were given.", nameof(sizes));
        Rank = sizes.Length;
        for (var i = 0; i < sizes.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizes[i], nameof(sizes));
            _axes[i] = sizes[i];
        }
    }

    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes);

    public int Rank { get; }

    /// <summary>Number of elements.</summary>
    public nint Length => Product(0, Rank);

    /// <summary>Size of the last axis: the channels of a picture, the features of a row.</summary>
    public int Channels => this[Rank - 1];

    /// <summary>Product of all axes but the last: how many rows of <see cref="Channels"/> elements there are.</summary>
    public nint Rows => Product(0, Rank - 1);

    /// <param name="axis">0 … Rank − 1, or from the end: −1 is the last.</param>
    public int this[int axis] => _axes[Axis(axis)];

    /// <summary>The same shape with another size at <paramref name="axis"/>, which may count from the end.</summary>
    public Shape With(int axis, int size)
    {
        Span<int> sizes = stackalloc int[Rank];
        CopyTo(sizes);
        sizes[Axis(axis)] = size;
        return new Shape(sizes);
    }

    /// <summary>Product of the axes from <paramref name="first"/> up to, not including, <paramref name="end"/>; 1 for none.</summary>
    public nint Product(int first, int end)
    {
        nint product = 1;
        for (var i = first; i < end; i++)
            product = checked(product * _axes[i]);
        return product;
    }

    /// <summary><paramref name="axis"/> counted from the start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such axis.</exception>
    public int Axis(int axis)
    {
        var fromStart = axis < 0 ? axis + Rank : axis;
        return fromStart >= 0 && fromStart < Rank ? fromStart : throw new ArgumentOutOfRangeException(nameof(axis), $"Axis {axis} of a tensor {this}: it has {Rank} axes.");
    }

    public void CopyTo(Span<int> sizes)
    {
        for (var i = 0; i < Rank; i++)
            sizes[i] = _axes[i];
    }

    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (var i = 0; i < Rank; i++)
        {
            if (_axes[i] != other._axes[i])
                return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < Rank; i++)
            hash.Add(_axes[i]);
        return hash.ToHashCode();
    }

    public override string ToString() => "[" + string.Join(", ", this.Select(size => size.ToString(CultureInfo.InvariantCulture))) + "]";

    public IEnumerator<int> GetEnumerator()
    {
        for (var i = 0; i < Rank; i++)
            yield return _axes[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    [InlineArray(MaxRank)]
    private struct Axes
    {
        private int _first;
    }
}
