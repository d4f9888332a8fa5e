using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Semblance.Index;
using Semblance.VectorData.Schema;

namespace Semblance.VectorData.Storage;

/// <summary>
/// Index files beside the truth, <c>COLLECTION-PROPERTY.index</c>: derived data, of which any may be missing, damaged or old, and which
/// may be deleted at any time.
/// </summary>
internal sealed class IndexFiles(string folder)
{
    public const string Suffix = ".index";

    /// <summary>A property's name may hold anything, so the file has its hash.</summary>
    public string PathOf(CollectionEntry entry, VectorColumn column) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{entry.Id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(column.Name)))[..12]}{Suffix}"));

    public static long? CollectionOf(string file) =>
        long.TryParse(Path.GetFileName(file).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>
    /// The sound file of a column, opened; null where there is none that can be caught up with the truth. One that cannot be is deleted:
    /// after a power cut the truth may have lost a commit that the file has, and its ids will be given again.
    /// </summary>
    public VectorIndex? Open(CollectionEntry entry, VectorColumn column, IndexBuildOptions options)
    {
        var path = PathOf(entry, column);
        if (!File.Exists(path))
            return null;
        try
        {
            var index = VectorIndexes.Open(path, options);
            if (index.Dimension == column.Dimension
                && index.Metric == column.Score.Metric
                && index.Storage == column.Index.Storage
                && (column.Index.Kind is null || column.Index.Kind == index.Kind)
                && index.Generation <= entry.LastId
                && index.Verify().Ok)
            {
                return index;
            }
            index.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Derived data: whatever is wrong with the file, it is built again from the truth.
        }
        Delete(path);
        return null;
    }

    /// <summary>A file that cannot be written costs the next opening some time and nothing else.</summary>
    public void Save(VectorIndex index, CollectionEntry entry, VectorColumn column)
    {
        try
        {
            index.Save(PathOf(entry, column));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    public static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Mapped by another process on a system that keeps such files; it is deleted another time.
        }
    }
}
