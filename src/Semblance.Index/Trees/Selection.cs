using System.Numerics;

namespace Semblance.Index.Trees;

/// <summary>Selection by partitioning (Hoare, "Algorithm 65: FIND", 1961) with the median of three, O(n).</summary>
internal static class Selection
{
    // Where sorting is as fast.
    private const int Small = 24;

    /// <summary>
    /// Reorders keys and items alike so that the first <paramref name="count"/> keys are no larger than any of the others.
    /// </summary>
    public static void Split(Span<float> keys, Span<int> items, int count)
    {
        // Adversarial orders could make it quadratic: past some rounds the rest is sorted.
        var rounds = 4 * BitOperations.Log2((uint)keys.Length | 1);
        while (count > 0 && count < keys.Length)
        {
            if (keys.Length <= Small || rounds-- == 0)
            {
                keys.Sort(items);
                return;
            }
            var pivot = MedianOfThree(keys[0], keys[keys.Length / 2], keys[^1]);
            var (low, high) = (0, keys.Length - 1);
            while (low <= high)
            {
                while (keys[low] < pivot)
                    low++;
                while (keys[high] > pivot)
                    high--;
                if (low > high)
                    break;
                (keys[low], keys[high]) = (keys[high], keys[low]);
                (items[low], items[high]) = (items[high], items[low]);
                low++;
                high--;
            }
            // Up to high all are ≤ the pivot, from low on all are ≥ it, and what lies between equals it.
            if (count <= high)
            {
                keys = keys[..(high + 1)];
                items = items[..(high + 1)];
            }
            else if (count > low)
            {
                keys = keys[low..];
                items = items[low..];
                count -= low;
            }
            else
            {
                return;
            }
        }
    }

    private static float MedianOfThree(float a, float b, float c) => MathF.Max(MathF.Min(a, b), MathF.Min(MathF.Max(a, b), c));
}
