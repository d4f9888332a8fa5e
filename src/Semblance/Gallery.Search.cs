using System.Diagnostics;
using Semblance.Measuring;
using Semblance.Searching;

namespace Semblance;

/// <content>Searches.</content>
public sealed partial class Gallery
{
    /// <summary>A search is made again where the gallery has changed meanwhile, so often at most: then the answer is as old as its beginning.</summary>
    private const int MostAttempts = 3;

    /// <summary>What a log of slow searches is for; the first of a process, which loads a network and an index, is usually one.</summary>
    private const double SlowSeconds = 0.2;

    /// <summary>The <paramref name="k"/> pictures most like the query, best first; empty when nothing passes the filter and the score limit.</summary>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(Query query, int k = 10, CancellationToken cancellationToken = default) =>
        (await ExplainAsync(query, k, cancellationToken)).Hits;

    /// <summary>The <paramref name="k"/> pictures most like a picture of the gallery, itself left out.</summary>
    public Task<IReadOnlyList<SearchHit>> SimilarAsync(long id, int k = 10, string? where = null, CancellationToken cancellationToken = default) =>
        SearchAsync(Query.FromId(id) with { Where = where }, k, cancellationToken);

    /// <summary>As <see cref="SearchAsync"/>, with how the answer was found.</summary>
    public async Task<SearchAnswer> ExplainAsync(Query query, int k = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var started = Stopwatch.GetTimestamp();
        var inputs = new QueryInputs(query, Store, _embedders, _options.Threads);
        var state = _state ?? State();
        for (var attempt = 1; ; attempt++)
        {
            if (state.ActiveSpace is null)
                state = State();
            if (state.ActiveSpace is null)
                throw new GalleryException(GalleryError.EmptyGallery, $"The gallery '{Folder}' holds no pictures yet.", null, ("folder", Folder));
            var current = state;
            try
            {
                var run = new SearchRun(Store, current, (space, cancel) => _searches.Open(space, current, cancel), _filters, _items, _copies, inputs);
                var (answer, version) = await run.RunAsync(query, k, query.TargetRecall ?? TargetRecallOf(current), cancellationToken);
                if (version.Revision == current.Version.Revision || attempt == MostAttempts)
                {
                    var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                    GalleryMeter.SearchDuration.Record(seconds);
                    if (seconds >= SlowSeconds)
                        _log.SlowSearch(seconds * 1000, answer.Hits.Count, k, attempt);
                    return answer;
                }
            }
            catch (GalleryException) when (attempt < MostAttempts && Store.Version.Revision != current.Version.Revision)
            {
                // What could not be found may be there by now.
            }
            _state = state = Store.LoadState();
        }
    }
}
