namespace Semblance.Numerics.Simd;

/// <summary>
/// The arithmetic of one vector width over one element type, so that a kernel is written once and compiled for each:
/// <typeparamref name="TVector"/> is the runtime's own vector type and the implementing struct only names its operations.
/// Every member is inlined; the compiler sees constants where a kernel asks for <see cref="Count"/>.
/// </summary>
/// <typeparam name="TVector">A hardware vector, or the element itself for the scalar variant.</typeparam>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal unsafe interface ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>Elements in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Registers that accumulators may take without being spilled.</summary>
    static abstract int Registers { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Create(T value);

    /// <summary>The constant in every lane, rounded to the element's precision.</summary>
    static abstract TVector Constant(double value);

    static abstract TVector Load(T* source);

    static abstract void Store(TVector vector, T* target);

    /// <summary>The first <paramref name="count"/> (0 … Count) elements; the others are zero and not read.</summary>
    static abstract TVector LoadFirst(T* source, int count);

    /// <summary>Writes the first <paramref name="count"/> (0 … Count) elements and nothing behind them.</summary>
    static abstract void StoreFirst(TVector vector, T* target, int count);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary><c>left · right + addend</c>, fused where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The smaller of each pair; not a number where either is.</summary>
    static abstract TVector Min(TVector left, TVector right);

    /// <summary>The larger of each pair; not a number where either is.</summary>
    static abstract TVector Max(TVector left, TVector right);

    static abstract TVector Sqrt(TVector vector);

    static abstract TVector Abs(TVector vector);

    static abstract TVector Exp(TVector vector);

    static abstract TVector Log(TVector vector);

    /// <summary>A mask: all bits set where left &gt; right.</summary>
    static abstract TVector GreaterThan(TVector left, TVector right);

    /// <summary>A mask: all bits set where left &lt; right.</summary>
    static abstract TVector LessThan(TVector left, TVector right);

    /// <summary>Bits of both masks, or a vector kept where the mask is set and zero elsewhere.</summary>
    static abstract TVector And(TVector left, TVector right);

    /// <summary>Per bit of the mask, <paramref name="whenSet"/> or <paramref name="whenClear"/>.</summary>
    static abstract TVector Select(TVector mask, TVector whenSet, TVector whenClear);

    static abstract T Sum(TVector vector);

    static abstract T MaxOf(TVector vector);

    /// <summary>
    /// Transposes a block of Count × Count: <c>target[j · targetStride + i] = source[i · sourceStride + j]</c>. The blocks do not overlap.
    /// </summary>
    static abstract void Transpose(T* source, nint sourceStride, T* target, nint targetStride);
}
