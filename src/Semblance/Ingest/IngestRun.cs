using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Semblance.Imaging;
using Semblance.Measuring;
using Semblance.Searching;
using Semblance.Storage;

namespace Semblance.Ingest;

/// <summary>
/// One run of <c>index</c>: looks at the folders, embeds what is new or changed, and commits batch after batch, so that a run
/// that is killed has lost only the batch in flight and the next one goes on from there.
/// <para>
/// Each worker thread reads, decodes and embeds its own batches; with as many workers as threads, decoding of one overlaps
/// inference of another and no queue of decoded pictures builds up. One writer commits.
/// </para>
/// </summary>
internal sealed class IngestRun
{
    /// <summary>A commit costs about a millisecond: worth it for this many pictures, or when the oldest has waited that long.</summary>
    private const int CommitPictures = 64;

    /// <summary>A network on the engine takes so many pictures at a time.</summary>
    private const int FewestTogether = 4;

    private static readonly TimeSpan s_commitInterval = TimeSpan.FromMilliseconds(500);

    private readonly IGalleryStore _store;
    private readonly IReadOnlyList<IngestSpace> _spaces;
    private readonly IngestOptions _options;
    private readonly int _threads;
    private readonly ILogger _log;
    private readonly FolderScan _scan;
    private readonly FactsRun _facts;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<GalleryFailure> _failures = [];
    private readonly HashSet<long> _claimed = [];
    private readonly Lock _renameLock = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _knownContents = new(StringComparer.Ordinal);
    private Dictionary<string, List<ItemStamp>> _vanishedByHash = [];
    private long _added;
    private long _updated;
    private long _renamed;
    private long _removed;
    private long _touched;
    private long _failed;
    private long _embedded;
    private long _unchanged;
    private long _factsRead;

    /// <param name="spaces">All that each picture is embedded for.</param>
    public IngestRun(IGalleryStore store, IReadOnlyList<IngestSpace> spaces, string galleryFolder, IngestOptions options, int threads, ILogger log)
    {
        _store = store;
        _spaces = spaces;
        _options = options;
        _threads = threads;
        _log = log;
        _scan = new FolderScan(options, galleryFolder);
        _facts = new FactsRun(store, _scan.Sidecars, options, threads);
    }

    public async Task<IngestReport> RunAsync(IReadOnlyList<string> roots, CancellationToken cancellationToken)
    {
        Report("scan", 0, 0);
        foreach (var root in roots)
            _scan.Walk(root, cancellationToken);
        var files = _scan.Files.DistinctBy(f => f.Path).ToList();
        var stamps = _store.Stamps().ToList();
        foreach (var stamp in stamps)
            _knownContents.TryAdd(stamp.Hash, true);
        var plan = IngestPlan.Make(files, roots, stamps, _store.FailureStamps(), _scan.Failures, _spaces.SelectMany(space => _store.ItemsWithoutVector(space.Space.Id)).Select(item => item.Id).ToHashSet(), _scan.Sidecars, _store.AllSidecars(), _options);
        _updated = plan.FactsOnly.Count(picture => picture.SidecarsChanged);
        _unchanged = plan.Unchanged - _updated;
        _failed = plan.StillFailing.Count + _scan.Failures.Count;
        _failures.AddRange(_scan.Failures.Select(f => new GalleryFailure(f.Path, f.Reason, f.Message, DateTime.UtcNow)));
        if (plan.StillFailing.Count > 0)
        {
            var known = _store.Failures.ToDictionary(f => f.Path, StringComparer.Ordinal);
            _failures.AddRange(plan.StillFailing.Where(known.ContainsKey).Select(path => known[path]));
        }
        _vanishedByHash = plan.Vanished.GroupBy(s => s.Hash).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);

        if (_options.DryRun)
            return DryRun(plan);

        RefuseEmptied(plan, roots);
        await ProcessAsync(plan.Candidates, cancellationToken);
        _factsRead = _facts.Run([.. plan.FactsOnly.Select(picture => picture.Known)], cancellationToken);

        var vanished = plan.Vanished.Where(s => !_claimed.Contains(s.Id)).Select(s => s.Id).ToList();
        _removed = vanished.Count;
        foreach (var failed in _scan.Failures)
            _log.PictureFailed(failed.Path, failed.Reason, failed.Message);
        if (vanished.Count + _scan.Failures.Count + plan.Recovered.Count > 0)
            _store.Commit(new IngestBatch { Vanished = vanished, Failed = _scan.Failures, Recovered = plan.Recovered });
        return Done();
    }

    /// <summary>An empty folder that used to hold pictures is more often an unmounted disk than a wish to forget them all.</summary>
    private void RefuseEmptied(IngestPlan plan, IReadOnlyList<string> roots)
    {
        if (_options.AllowEmpty || plan.Vanished.Count == 0)
            return;
        var newSizes = plan.Candidates.Where(c => c.Known is null).Select(c => c.File.Size).ToHashSet();
        foreach (var root in roots)
        {
            var vanished = plan.Vanished.Where(stamp => IngestPlan.IsUnder(stamp.Path, [root])).ToList();
            // Pictures that moved to another of the folders are new files there.
            if (vanished.Count > 0 && !_scan.Files.Any(file => IngestPlan.IsUnder(file.Path, [root])) && !vanished.Any(stamp => newSizes.Contains(stamp.Size)))
                throw new GalleryRefusedException(GalleryError.FolderEmptied, $"'{root}' holds no picture any more, where the gallery knows {vanished.Count}. If the disk is not mounted, mount it; a run must be told that they are really gone. Nothing was changed.", ("folder", root));
        }
    }

    private IngestReport DryRun(IngestPlan plan)
    {
        foreach (var (file, known) in plan.Candidates)
        {
            // A rename can only be a file of the same size, so only those are read.
            if (known is null && plan.Vanished.Any(v => v.Size == file.Size) && PictureFiles.Read(file.Path).Bytes is { } bytes && ClaimRename(HashOf(bytes)) is not null)
                _renamed++;
            else if (known is null)
                _added++;
            else
                _updated++;
        }
        _removed = plan.Vanished.Count - _renamed;
        return Done();
    }

    private async Task ProcessAsync(IReadOnlyList<(ScannedFile File, ItemStamp? Known)> candidates, CancellationToken cancellationToken)
    {
        if (candidates.Count == 0)
            return;
        var embedding = new Lazy<IngestEmbedding>(() => new IngestEmbedding(_spaces, candidates.Count));
        var results = Channel.CreateBounded<Outcome>(new BoundedChannelOptions(CommitPictures * 4) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = -1;
        var workers = new Task[Math.Min(_threads, candidates.Count)];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        Work(candidates, () => Interlocked.Add(ref next, 1), embedding, results.Writer, stop.Token);
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        // One worker's bug ends the run; the others must not wait for a writer that is gone.
                        stop.Cancel();
                        throw;
                    }
                },
                stop.Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        var writer = WriteAsync(results.Reader, candidates.Count, stop);
        var work = Task.WhenAll(workers);
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (work.Exception?.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) is { } cause)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }
        finally
        {
            results.Writer.Complete();
            // The writer commits what is finished, also when the run was cancelled.
            await writer;
        }
    }

    private void Work(IReadOnlyList<(ScannedFile File, ItemStamp? Known)> candidates, Func<int> next, Lazy<IngestEmbedding> embedding, ChannelWriter<Outcome> results, CancellationToken cancellationToken)
    {
        var pending = new List<PendingPicture>(_options.Batch);
        for (var index = next(); index < candidates.Count; index = next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (file, known) = candidates[index];
            var outcome = Prepare(index, file, known, embedding, pending);
            if (outcome is not null)
                Send(results, outcome with { Position = index }, cancellationToken);
            // Towards the end batches shrink, so that no thread waits long for the last one of another.
            if (pending.Count >= Math.Clamp((candidates.Count - index) / (2 * _threads), Math.Min(FewestTogether, _options.Batch), _options.Batch))
                Embed(embedding.Value, pending, results, cancellationToken);
        }
        if (pending.Count > 0)
            Embed(embedding.Value, pending, results, cancellationToken);
    }

    private static void Send(ChannelWriter<Outcome> results, Outcome outcome, CancellationToken cancellationToken)
    {
        if (!results.TryWrite(outcome))
            results.WriteAsync(outcome, cancellationToken).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Everything before the network: an outcome when none is needed, else null and one more pending picture.</summary>
    private Outcome? Prepare(int position, ScannedFile file, ItemStamp? known, Lazy<IngestEmbedding> embedding, List<PendingPicture> pending)
    {
        var (bytes, unreadable) = PictureFiles.Read(file.Path);
        if (bytes is null)
            return Failed(file, known, unreadable!);
        var hash = HashOf(bytes);
        // A picture that was away or unreadable while the gallery changed its model has no vector of the new one.
        if (known is { } same && same.Hash == hash && VectorsOf(same.Id) is not null)
            return new Outcome { Touched = (same.Id, file), Facts = _facts.Of(same.Id, bytes, file.Path) };
        if (known is null && ClaimRename(hash) is { } vanished)
            return new Outcome { Renamed = (vanished, file), Facts = _facts.Of(vanished, bytes, file.Path) };
        // Asking the truth costs as much as decoding a small picture, and hardly ever finds a twin.
        if (_knownContents.ContainsKey(hash) && _store.ItemByHash(hash, _spaces[0].Space.Id) is { } twin && VectorsOf(twin.Id) is { } vectors)
        {
            var photo = _facts.Of(twin.Id, bytes, file.Path)?.Photo ?? twin.Photo;
            return new Outcome { Picture = new(known?.Id, twin with { Path = file.Path, Size = file.Size, Modified = file.Modified, Photo = photo }, vectors) { Sidecars = _facts.SidecarsOf(file.Path) } };
        }

        var decoded = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = embedding.Value.Needs.MinimumSide, MaxMegapixels = _options.MaxMegapixels });
        if (decoded.Picture is not { } picture)
            return Failed(file, known, decoded.Failure!);
        var facts = picture.Facts;
        var hashes = PictureHashes.Of(picture);
        pending.Add(new PendingPicture(
            position,
            picture,
            new GalleryItem(0, file.Path, file.Size, file.Modified, hash, facts.Format, facts.Width, facts.Height, facts.Orientation, _facts.Of(facts, file.Path), hashes.PHash, hashes.DHash, Missing: false),
            known?.Id));
        return null;
    }

    private static Outcome Failed(ScannedFile file, ItemStamp? known, DecodeFailure failure)
    {
        // Permissions, mounts and disks change without a new time stamp, so what could not be read is tried at every run.
        var modified = failure.Reason == DecodeFailureReason.Unreadable ? default : file.Modified;
        return new() { Outdated = known?.Id, Failed = new(file.Path, file.Size, modified, Reason(failure.Reason), failure.Message) };
    }

    private static string Reason(DecodeFailureReason reason) =>
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    /// <summary>The vectors that a picture has in all the spaces; null where one has none of it.</summary>
    private Dictionary<long, IReadOnlyList<byte[]>>? VectorsOf(long itemId)
    {
        var vectors = new Dictionary<long, IReadOnlyList<byte[]>>(_spaces.Count);
        foreach (var space in _spaces)
        {
            var parts = _store.Vectors(space.Space.Id, itemId);
            if (parts.Count == 0)
                return null;
            vectors[space.Space.Id] = parts;
        }
        return vectors;
    }

    private void Embed(IngestEmbedding embedding, List<PendingPicture> pending, ChannelWriter<Outcome> results, CancellationToken cancellationToken)
    {
        var vectors = embedding.Embed([.. pending.Select(p => p.Picture)]);
        for (var i = 0; i < pending.Count; i++)
            Send(results, new Outcome { Position = pending[i].Position, Picture = new(pending[i].KnownId, pending[i].Item, vectors[i]) { Sidecars = _facts.SidecarsOf(pending[i].Item.Path) }, WasEmbedded = true }, cancellationToken);
        pending.Clear();
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private long? ClaimRename(string hash)
    {
        lock (_renameLock)
        {
            if (!_vanishedByHash.TryGetValue(hash, out var stamps) || stamps.Count == 0)
                return null;
            var stamp = stamps[^1];
            stamps.RemoveAt(stamps.Count - 1);
            _claimed.Add(stamp.Id);
            return stamp.Id;
        }
    }

    private async Task WriteAsync(ChannelReader<Outcome> results, int total, CancellationTokenSource stop)
    {
        // Rows are written in the order of the scan, so that ids do not depend on which thread was faster.
        var early = new Dictionary<int, Outcome>();
        var next = 0;
        var waiting = new List<Outcome>();
        var sinceCommit = Stopwatch.StartNew();
        var done = 0L;
        try
        {
            await foreach (var outcome in results.ReadAllAsync(CancellationToken.None))
            {
                early.Add(outcome.Position, outcome);
                while (early.Remove(next, out var due))
                {
                    waiting.Add(due);
                    next++;
                }
                done++;
                if (waiting.Count >= CommitPictures || sinceCommit.Elapsed > s_commitInterval)
                {
                    Commit(waiting);
                    sinceCommit.Restart();
                }
                Report("embed", done, total);
            }
            // A cancelled run leaves gaps; what was finished behind them is kept.
            waiting.AddRange(early.OrderBy(row => row.Key).Select(row => row.Value));
            Commit(waiting);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private void Commit(List<Outcome> outcomes)
    {
        if (outcomes.Count == 0)
            return;
        var batch = new IngestBatch
        {
            Pictures = [.. outcomes.Where(o => o.Picture is not null).Select(o => o.Picture!)],
            Touched = [.. outcomes.Where(o => o.Touched is not null).Select(o => (o.Touched!.Value.Id, o.Touched.Value.File.Size, o.Touched.Value.File.Modified))],
            Renamed = [.. outcomes.Where(o => o.Renamed is not null).Select(o => (o.Renamed!.Value.Id, o.Renamed.Value.File.Path, o.Renamed.Value.File.Size, o.Renamed.Value.File.Modified))],
            Facts = [.. outcomes.Where(o => o.Facts is not null).Select(o => o.Facts!)],
            Vanished = [.. outcomes.Where(o => o.Outdated is not null).Select(o => o.Outdated!.Value)],
            Failed = [.. outcomes.Where(o => o.Failed is not null).Select(o => o.Failed!)],
            Recovered = [.. outcomes.Where(o => o.Failed is null).Select(o => o.Path)],
        };
        _store.Commit(batch);
        foreach (var picture in batch.Pictures)
            _knownContents.TryAdd(picture.Item.Hash, true);
        _added += batch.Pictures.Count(p => p.ItemId is null);
        _updated += batch.Pictures.Count(p => p.ItemId is not null);
        _touched += batch.Touched.Count;
        _renamed += batch.Renamed.Count;
        _failed += batch.Failed.Count;
        var embedded = outcomes.Count(o => o.WasEmbedded);
        _embedded += embedded;
        GalleryMeter.Embedded.Add(embedded);
        GalleryMeter.Failed.Add(batch.Failed.Count);
        foreach (var failed in batch.Failed)
            _log.PictureFailed(failed.Path, failed.Reason, failed.Message);
        _failures.AddRange(batch.Failed.Select(f => new GalleryFailure(f.Path, f.Reason, f.Message, DateTime.UtcNow)));
        outcomes.Clear();
    }

    private void Report(string stage, long done, long total) =>
        _options.Progress?.Report(new IngestProgress(stage, done, total, _failed, _embedded / Math.Max(_clock.Elapsed.TotalSeconds, 1e-3)));

    private IngestReport Done()
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        return new(_added, _updated, _renamed, _removed, _unchanged + _touched, _failed, seconds, _embedded / Math.Max(seconds, 1e-3), _failures) { FactsRead = _factsRead };
    }

    private readonly record struct PendingPicture(int Position, Picture Picture, GalleryItem Item, long? KnownId);

    /// <summary>What became of one file: exactly one of the four is set.</summary>
    private sealed record Outcome
    {
        /// <summary>Place of the file among the candidates.</summary>
        public int Position { get; init; }

        public IngestedPicture? Picture { get; init; }

        public bool WasEmbedded { get; init; }

        public (long Id, ScannedFile File)? Touched { get; init; }

        public (long Id, ScannedFile File)? Renamed { get; init; }

        /// <summary>With <see cref="Touched"/> and <see cref="Renamed"/>.</summary>
        public ItemFacts? Facts { get; init; }

        public FailedFile? Failed { get; init; }

        /// <summary>With <see cref="Failed"/>: the picture whose file has become unreadable; its old vector must not answer searches any more.</summary>
        public long? Outdated { get; init; }

        public string Path => Picture?.Item.Path ?? Touched?.File.Path ?? Renamed?.File.Path ?? Failed!.Path;
    }
}
