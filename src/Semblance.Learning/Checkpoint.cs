using Semblance.Learning.Checkpoints;
using Semblance.Networks;

namespace Semblance.Learning;

/// <summary>
/// One file with all that a training run must know to go on with the same bytes: parameters and running statistics of a network, and
/// the state of whatever else takes part (optimiser, averaged weights, schedule, position).
/// </summary>
/// <remarks>
/// Little-endian: magic, version (int32), named entries, and the SHA-256 of all that. The path holds either the old file or the whole
/// new one: it is written beside, flushed to disk and renamed.
/// </remarks>
public static class Checkpoint
{
    /// <summary>Writes the file; weights go straight from their memory to the disk.</summary>
    /// <param name="parts">Each names its state differently from the others.</param>
    /// <exception cref="CheckpointException">The disk is full, or the folder cannot be written; an older file at the path is as it was.</exception>
    public static void Save(string path, Network network, params IReadOnlyList<IStateful> parts)
    {
        var full = Path.GetFullPath(path);
        // Of this writer alone: two that write the same path replace the file one after the other.
        var beside = $"{full}.writing-{Guid.NewGuid():N}";
        var created = false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                created = true;
                using (var writer = new CheckpointWriter(stream))
                {
                    foreach (var part in Parts(network, parts))
                        part.VisitState(writer);
                    writer.Finish();
                }
                stream.Flush(flushToDisk: true);
            }
            // Should the machine stop now, the folder may still name the old file, which is a usable one.
            File.Move(beside, full, overwrite: true);
            created = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The checkpoint '{path}' cannot be written: {failure.Message} Make room or name another folder.", failure);
        }
        finally
        {
            if (created)
                File.Delete(beside);
        }
    }

    /// <summary>
    /// Puts everything back as it was when the file was written. The parts are made as they were made then; the whole file is checked
    /// against them before anything changes.
    /// </summary>
    /// <exception cref="CheckpointException">
    /// There is no such file, it is cut off or damaged, a newer program wrote it, or it belongs to another network or other parts; the
    /// message names the first parameter that does not fit.
    /// </exception>
    public static void Restore(string path, Network network, params IReadOnlyList<IStateful> parts) => Read(path, file =>
    {
        foreach (var part in Parts(network, parts))
            part.VisitState(file.Checker);
        file.Checker.ThrowIfAnyLeft();
        foreach (var part in Parts(network, parts))
            part.VisitState(file);
        return true;
    });

    /// <summary>A text that a part wrote, such as a run's configuration, without reading the rest back.</summary>
    /// <exception cref="CheckpointException">As for <see cref="Restore"/>, or there is no such text.</exception>
    public static string ReadText(string path, string name) => Read(path, file =>
    {
        var text = "";
        file.Checker.Text(name, ref text);
        file.Text(name, ref text);
        return text;
    });

    private static TResult Read<TResult>(string path, Func<CheckpointReader, TResult> use)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return use(CheckpointReader.Open(stream, path));
        }
        catch (Exception failure) when (failure is not CheckpointException and (IOException or UnauthorizedAccessException))
        {
            throw new CheckpointException($"The checkpoint '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    private static IEnumerable<IStateful> Parts(Network network, IReadOnlyList<IStateful> parts) => parts.Prepend(new NetworkState(network));
}
