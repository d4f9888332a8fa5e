namespace Semblance.Index.Graph;

/// <summary>A context whose queries are vectors of numbers.</summary>
internal sealed unsafe class VectorSearchContext : SearchContext
{
    private readonly TraversalCodec _codec;
    private readonly float[] _workspace;

    /// <inheritdoc cref="SearchContext(NodeCodec, int)"/>
    public VectorSearchContext(TraversalCodec codec, int slots)
        : base(codec, slots)
    {
        _codec = codec;
        _workspace = codec.NewWorkspace();
        Vector = new float[codec.Dimension];
    }

    /// <summary>Room for a vector as it is stored.</summary>
    public float[] Vector { get; }

    /// <summary>Makes <paramref name="vector"/> the query of the next walks.</summary>
    public void LoadQuery(ReadOnlySpan<float> vector)
    {
        var bias = _codec.EncodeQuery(vector, _workspace, Query);
        if (_codec.MultipliesQueries)
            Multiply(bias);
        else
            Compare();
    }

    /// <summary>
    /// Makes what leads to the neighbourhood of <paramref name="vector"/> the query of the next walks; see
    /// <see cref="TraversalCodec.EncodeGuide"/>.
    /// </summary>
    public void LoadGuide(ReadOnlySpan<float> vector)
    {
        if (_codec.MultipliesQueries)
            _codec.EncodeGuide(vector, _workspace, Query);
        else
            _codec.EncodeQuery(vector, _workspace, Query);
        Compare();
    }

    /// <summary>Makes a row that is stored, or soon will be, the query of the next walks.</summary>
    public void LoadRow(ReadOnlySpan<float> vector)
    {
        _codec.EncodeRow(vector, _workspace, Query);
        Compare();
    }
}
