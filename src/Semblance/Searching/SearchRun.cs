using System.Diagnostics;
using Semblance.Index;
using Semblance.Spaces;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// One attempt at an answer, by what the gallery was when <paramref name="state"/> was read: candidates of one space or several, their
/// fusion, the stages that rank them, limits. The truth is asked once, at the end, for the rows of the answer and its version; where that is
/// another by then, the attempt was made with something old, and the caller makes it again.
/// </summary>
/// <param name="open">The search of a space, open and caught up with the state.</param>
internal sealed class SearchRun(IGalleryStore store, GalleryState state, Func<Space, CancellationToken, ISpaceSearch> open, FilterCache filters, ItemCache kept, CopyTable copies, QueryInputs inputs)
{
    /// <summary>Of each space, where several are fused: what only one of them finds may still be best.</summary>
    private const int FewestOfEach = 100;

    private readonly List<SearchStage> _stages = [];

    public async Task<(SearchAnswer Answer, GalleryVersion Version)> RunAsync(Query query, int k, float targetRecall, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var chosen = Chosen(query);
        var ranking = query.RerankBy is { } by ? Named(by) : chosen.Count == 1 ? chosen[0].Space : null;
        var (searches, ofSpaces) = await OpenAsync([.. chosen.Select(one => one.Space), .. query.RerankBy is null ? [] : new[] { Named(query.RerankBy) }], cancellationToken);
        var embedMilliseconds = watch.Elapsed.TotalMilliseconds;

        var allowed = Allowed(query, searches[0]);
        var context = new RankContext(query, inputs.IsOnePicture, ranking is null ? ScoreScale.Unfitted : state.ScaleOf(ranking), (name, ids) => Scores(Named(name), ids));
        var stages = RankStages.Of(query);
        var count = stages.Aggregate(k, (most, stage) => Math.Max(most, stage.CandidatesFor(k, context)));
        watch.Restart();
        var trace = new SearchTrace();
        var options = new SpaceSearchOptions
        {
            TargetRecall = targetRecall,
            Trace = trace,
            Allowed = allowed,
            Except = inputs.Examples,
            // Scores that a stage makes may pass the limit where the vectors' own do not.
            MaxDistance = stages is [CopyLift] && !inputs.IsOnePicture && chosen.Count == 1 && query.MinScore is { } least ? searches[0].DistanceOf(least - ScoreScale.Rounding) : null,
        };
        // Copies may be raised from far down; where the table knows of none beyond the answer, the answer's own pictures are all there is to look at.
        var near = stages is [CopyLift] && chosen.Count == 1 && inputs.IsOnePicture ? copies.Near(inputs.OnlyItem, inputs.Hashes, state.Version) : null;
        var found = chosen.Count == 1 ? Single(near is null ? count : k) : Fused(chosen, searches, ofSpaces, Math.Max(count, FewestOfEach), options);
        if (near is not null && near.Any(id => !inputs.Examples.Contains(id) && (allowed?.Contains(id) ?? true) && !found.Exists(hit => hit.Id == id)))
            (near, found) = (null, Single(count));
        var microseconds = watch.Elapsed.TotalMicroseconds;

        var isWhole = near is not null || (stages is [CopyLift] && !inputs.IsOnePicture);
        var (hits, version) = isWhole ? AnswerOfWhole() : store.ReadAnswer(
            [.. found.Select(hit => hit.Id), .. inputs.OnlyItem is { } only ? [only] : Array.Empty<long>()],
            rows => (Answer(query, k, found, stages, context, rows, ranking is null ? null : SearchOf(ranking)), rows.Version));
        var explanation = new SearchExplanation(searches[0].IndexKind, chosen[0].Space.Name, allowed?.Count ?? searches[0].Count / chosen[0].Space.Views.Count, allowed is not null, embedMilliseconds, microseconds)
        {
            Effort = trace.Effort > 0 ? trace.Effort : null,
            Visited = trace.Visited,
            Rescored = trace.Rescored,
            Scanned = trace.Scanned,
            RecallEstimate = trace.Scanned ? 1 : trace.RecallEstimate,
            Raised = hits.Count(hit => hit.HashBits is not null),
            Stages = _stages,
        };
        return (new SearchAnswer(hits, explanation), version);

        List<(long Id, float Score)> Single(int most) => [.. Candidates(chosen[0].Space, searches[0], ofSpaces[0], most, options).Select(hit => (hit.ItemId, searches[0].ScoreOf(hit.Distance)))];

        // Of an answer whose candidates are all shown, nothing is read twice, and what was shown lately not at all.
        (List<SearchHit>, GalleryVersion) AnswerOfWhole()
        {
            long[] ids = [.. found.Select(hit => hit.Id), .. inputs.OnlyItem is { } own && near is { Count: > 0 } ? [own] : Array.Empty<long>()];
            var items = kept.Find(ids, state.Version.Revision);
            var (read, version) = store.ReadItems([.. ids.Where(id => !items.ContainsKey(id))]);
            kept.Keep(read.Values, version.Revision);
            foreach (var (id, item) in read)
                items[id] = item;
            var rows = new AnswerRows(version, id => items.TryGetValue(id, out var item) ? new ItemMark(item.Missing, item.PHash, item.DHash) : null, _ => items);
            return (Answer(query, k, found, stages, context, rows, ranking is null ? null : SearchOf(ranking)), version);
        }

        ISpaceSearch SearchOf(Space space) => searches[IndexOf(space)];

        int IndexOf(Space space) => query.RerankBy is not null && space.Name == query.RerankBy ? searches.Count - 1 : chosen.FindIndex(one => one.Space.Id == space.Id);

        IReadOnlyDictionary<long, float> Scores(Space space, IReadOnlyList<long> ids) => SearchOf(space).Scores(ofSpaces[IndexOf(space)], ids);
    }

    private List<(Space Space, float Weight)> Chosen(Query query)
    {
        if (query.Spaces.Count == 0)
            return [(state.ActiveSpace!, 1)];
        foreach (var space in query.Spaces)
        {
            if (!float.IsFinite(space.Weight) || space.Weight <= 0)
                throw new GalleryException($"The weight {space.Weight} of the space '{space.Name}' is no use; give a number above 0.");
        }
        return [.. query.Spaces.Select(space => (Named(space.Name), space.Weight))];
    }

    private Space Named(string name) => state.Spaces.FirstOrDefault(space => space.Name == name)
        ?? throw new GalleryException($"The gallery has no space '{name}'; it has {string.Join(", ", state.Spaces.Select(space => space.Name))}.");

    /// <summary>Opening an index and making a query's vector need different things, so they overlap.</summary>
    private async Task<(IReadOnlyList<ISpaceSearch> Searches, IReadOnlyList<IReadOnlyList<SpaceInput>> Inputs)> OpenAsync(IReadOnlyList<Space> spaces, CancellationToken cancellationToken)
    {
        var opening = inputs.MustRead ? spaces.Select(space => Task.Run(() => open(space, cancellationToken), cancellationToken)).ToArray() : [];
        try
        {
            var ofSpaces = new List<IReadOnlyList<SpaceInput>>();
            foreach (var space in spaces)
                ofSpaces.Add(await inputs.InAsync(space.Base is null ? space : state.Space(space.SourceId)!, cancellationToken));
            return (opening.Length > 0 ? await Task.WhenAll(opening) : [.. spaces.Select(space => open(space, cancellationToken))], ofSpaces);
        }
        catch
        {
            // What was begun ends by itself; nobody waits for it, and nobody else shall hear of its failure.
            foreach (var task in opening)
                _ = task.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private IdBitmap? Allowed(Query query, ISpaceSearch search)
    {
        var passing = query.Where is { } where ? filters.Passing(where, state.Version.Revision) : null;
        return query.Among is { } among ? new IdBitmap(among.Where(id => id >= 0 && (passing?.Contains(id) ?? search.Contains(id)))) : passing;
    }

    private IReadOnlyList<SpaceHit> Candidates(Space space, ISpaceSearch search, IReadOnlyList<SpaceInput> asked, int count, SpaceSearchOptions options)
    {
        var watch = Stopwatch.GetTimestamp();
        var hits = search.Search(asked, count, options);
        _stages.Add(new SearchStage(space.Name, options.Allowed?.Count ?? search.Count, hits.Count, Stopwatch.GetElapsedTime(watch).TotalMicroseconds));
        return hits;
    }

    private List<(long Id, float Score)> Fused(List<(Space Space, float Weight)> chosen, IReadOnlyList<ISpaceSearch> searches, IReadOnlyList<IReadOnlyList<SpaceInput>> ofSpaces, int count, SpaceSearchOptions options)
    {
        var ids = new HashSet<long>();
        for (var i = 0; i < chosen.Count; i++)
            ids.UnionWith(Candidates(chosen[i].Space, searches[i], ofSpaces[i], count, i == 0 ? options : options with { Trace = null }).Select(hit => hit.ItemId));
        var watch = Stopwatch.GetTimestamp();
        var sums = ids.ToDictionary(id => id, _ => (Score: 0f, Weight: 0f));
        for (var i = 0; i < chosen.Count; i++)
        {
            var scale = state.ScaleOf(chosen[i].Space);
            foreach (var (id, score) in searches[i].Scores(ofSpaces[i], [.. ids]))
            {
                var (sum, weight) = sums[id];
                sums[id] = (sum + (chosen[i].Weight * CommonScale.Of(scale, score)), weight + chosen[i].Weight);
            }
        }
        _stages.Add(new SearchStage("fusion", ids.Count, ids.Count, Stopwatch.GetElapsedTime(watch).TotalMicroseconds));
        // A space that has no vector of a picture says nothing about it.
        return [.. sums.Select(sum => (sum.Key, sum.Value.Score / sum.Value.Weight)).OrderByDescending(row => row.Item2).ThenBy(row => row.Key)];
    }

    private List<SearchHit> Answer(Query query, int k, IReadOnlyList<(long Id, float Score)> found, IReadOnlyList<IRankStage> stages, RankContext context, AnswerRows rows, ISpaceSearch? ranking)
    {
        context = context with { Only = inputs.Picture(rows.MarkOf, rows.Items), Items = rows.Items };
        // A row may have been changed between the index's look and this one; what is gone is no answer.
        var present = new List<Candidate>(found.Count);
        foreach (var (id, score) in found)
        {
            if (rows.MarkOf(id) is { Missing: false } mark)
                present.Add(new Candidate(id, score, mark));
        }
        IReadOnlyList<Candidate> candidates = present;
        foreach (var stage in stages)
        {
            var watch = Stopwatch.GetTimestamp();
            var ranked = stage.Apply(candidates, context);
            if (!ReferenceEquals(ranked, candidates))
                _stages.Add(new SearchStage(stage.Name, candidates.Count, ranked.Count, Stopwatch.GetElapsedTime(watch).TotalMicroseconds));
            candidates = ReferenceEquals(ranked, candidates) ? ranked : [.. ranked.OrderByDescending(candidate => candidate.Score)];
        }
        Candidate[] best = [.. candidates.Where(candidate => !(candidate.Score < query.MinScore - ScoreScale.Rounding)).Take(k)];
        var items = rows.Items([.. best.Select(candidate => candidate.Id)]);
        return
        [
            .. best.Select((candidate, i) => new SearchHit(
                i + 1,
                candidate.Id,
                items[candidate.Id].Path,
                candidate.Score,
                ranking?.DistanceOf(candidate.Score) ?? 1 - candidate.Score,
                context.Scale.WordOf(candidate.Score),
                items[candidate.Id])
            {
                HashBits = candidate.HashBits,
            }),
        ];
    }
}
