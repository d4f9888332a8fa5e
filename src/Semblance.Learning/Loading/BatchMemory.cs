namespace Semblance.Learning.Loading;

/// <summary>The arrays of one batch of the greatest size.</summary>
internal sealed class BatchMemory(int batchSize, int pictureLength)
{
    public float[] Pixels { get; } = GC.AllocateUninitializedArray<float>(checked(batchSize * pictureLength));

    public int[] Labels { get; } = new int[batchSize];

    public int[] Positions { get; } = new int[batchSize];
}
