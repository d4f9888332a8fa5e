using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Cli.Verbs;

/// <summary>
/// Finds out how a network that is being added wants to be fed: by what the user says, by what photographs become in it, or by asking. The
/// measurement is shown.
/// </summary>
/// <param name="feeding">What the user says; null finds out.</param>
/// <param name="pictures">Folder of photographs to try; null takes the gallery's.</param>
internal sealed class FeedingChooser(VerbContext context, Feeding? feeding, ResizeRule? resize, string? pictures, CancellationToken cancellationToken)
{
    // Files that are looked at for photographs among them.
    private const int MostFiles = 96;
    private const int ShownScores = 6;

    /// <exception cref="UsageException">It cannot be told, and nobody can be asked.</exception>
    public FeedingAnswer Choose(FeedingQuestion question)
    {
        if (feeding is not null)
            return new FeedingAnswer(feeding, null) { Resize = resize };
        if (question.IsDeclared)
            return new FeedingAnswer(null, null) { Resize = resize };
        if (question.OpenProbe(out var reason, context.Threads) is not { } probe)
            return new FeedingAnswer(question.Hint, $"{question.HintReason}; it could not be measured, for {reason}") { Resize = resize };
        return Measured(question, probe) with { Resize = resize };
    }

    private FeedingAnswer Measured(FeedingQuestion question, FeedingProbe probe)
    {
        var (files, source) = Files();
        FeedingFinding finding;
        try
        {
            finding = FeedingRecognition.Recognise(probe, resize is { } rule ? question.Guess with { Resize = rule } : question.Guess, Decoded(files, question.Guess), cancellationToken);
        }
        catch (OnnxException failure)
        {
            return new FeedingAnswer(question.Hint, $"{question.HintReason}; it could not be measured, for its beginning cannot be run by itself ({failure.Message})");
        }
        if (finding.Verdict is not { } verdict)
            return Ask(question, null, files.Count == 0 ? source : $"{source} has no photographs: {finding.Drawn} of its pictures are drawn and {finding.Grey} grey, which tells nothing of how photographs are fed");
        Show(verdict, source);
        // CLIP's numbers are too near to ImageNet's to be told from them.
        var choice = question.Hint.IsCloseTo(verdict.Choice) ? question.Hint : verdict.Choice;
        return verdict.Doubt is { } doubt ? Ask(question, verdict, doubt) : new FeedingAnswer(choice, verdict.Grounds) { Verdict = verdict };
    }

    private void Show(FeedingVerdict verdict, string source)
    {
        context.Talk.Say(string.Create(CultureInfo.InvariantCulture, $"{verdict.Pictures} photographs of {source}, fed in {verdict.Scores.Count} ways; distance from what the batch norm '{verdict.Norm}' remembers (0 is agreement):"));
        foreach (var score in verdict.Scores.Take(ShownScores))
            Say(score);
        context.Talk.Say($"The two orders of channels, by {(verdict.Norms == 1 ? "that norm" : $"the first {verdict.Norms.ToString(CultureInfo.InvariantCulture)} norms")}, colour casts taken out:");
        foreach (var score in verdict.Orders)
            Say(score);

        void Say(FeedingScore score) => context.Talk.Say(string.Create(CultureInfo.InvariantCulture, $"  {score.Feeding.Name,-13} {score.Distance,8:0.0000}  best of {score.Share,4:0%} of resamples  {score.Feeding.Meaning}"));
    }

    private FeedingAnswer Ask(FeedingQuestion question, FeedingVerdict? verdict, string doubt)
    {
        var likely = verdict?.Choice ?? question.Hint;
        if (context.Host.Questions is not { } answers)
            throw new UsageException($"How the network wants its colours cannot be told: {doubt}. Give photographs with --pictures DIR, or say it with --feeding NAME ({string.Join(", ", Feeding.Known.Select(known => known.Name))}; likely {likely.Name}). Nothing was added.");
        context.Talk.Warn($"How the network wants its colours cannot be told: {doubt}.");
        for (var i = 0; i < Feeding.Known.Count; i++)
            context.Talk.Warn($"  {i + 1,2}  {Feeding.Known[i].Name,-13} {Feeding.Known[i].Meaning}");
        context.Talk.Warn($"Which? A number or a name; nothing for {likely.Name}:");
        while (answers.ReadLine() is { } line)
        {
            var typed = line.Trim();
            var chosen = typed.Length == 0 ? likely
                : int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= Feeding.Known.Count ? Feeding.Known[number - 1]
                : Feeding.Find(typed);
            if (chosen is not null)
                return new FeedingAnswer(chosen, "you said so") { Verdict = verdict };
            context.Talk.Warn($"There is no '{typed}'; a number from 1 to {Feeding.Known.Count}, or a name:");
        }
        throw new UsageException("Nothing was answered, and nothing was added; --feeding NAME says it in advance.");
    }

    // In an order of chance, since folders and galleries are sorted by subject.
    private (IReadOnlyList<string> Files, string Source) Files()
    {
        List<string> files;
        string source;
        if (pictures is not null)
        {
            var folder = context.FullPath(pictures);
            if (!Directory.Exists(folder))
                throw new UsageException($"--pictures: there is no folder {folder}.");
            var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
            files = [.. Directory.EnumerateFiles(folder, "*", options).Where(PictureFiles.LooksLikePicture).Order(StringComparer.Ordinal)];
            source = files.Count > 0 ? folder : $"{folder} holds no pictures";
        }
        else if (Gallery.Exists(context.GalleryFolder))
        {
            using var gallery = context.OpenGallery(readOnly: true);
            files = [.. gallery.Items().Select(item => item.Path)];
            source = files.Count > 0 ? "the gallery" : "the gallery holds no pictures to try";
        }
        else
        {
            return ([], "there are no pictures to try, neither by --pictures nor in a gallery");
        }
        var order = files.ToArray();
        new SeededRandom(context.Seed).Shuffle<string>(order);
        return (order[..Math.Min(order.Length, MostFiles)], source);
    }

    private static IEnumerable<Picture> Decoded(IReadOnlyList<string> files, ModelInput input)
    {
        var options = new DecodeOptions { MinimumSide = Math.Max(input.Width, input.Height) };
        return files.Select(file => PictureDecoder.Shared.DecodeFile(file, options).Picture).OfType<Picture>();
    }
}
