using Semblance.Imaging;

namespace Semblance.Learning.Loading;

/// <summary>
/// Decoded pictures by position, up to a number of bytes. Nothing is evicted: an epoch visits every picture once, so that whatever was
/// thrown out for a newer picture would be missed before that one is.
/// </summary>
internal sealed class PictureCache(int count, long maxBytes)
{
    private readonly Picture?[] _pictures = new Picture?[count];
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public Picture? Find(int position) => Volatile.Read(ref _pictures[position]);

    public void Offer(int position, Picture picture)
    {
        var size = picture.Pixels.Length;
        // Reserved first, so that threads together stay within the limit.
        if (Interlocked.Add(ref _bytes, size) > maxBytes || Interlocked.CompareExchange(ref _pictures[position], picture, null) is not null)
            Interlocked.Add(ref _bytes, -size);
    }
}
