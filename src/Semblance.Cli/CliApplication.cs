using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Semblance.Cli.Frame;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;
using Semblance.Cli.Verbs;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli;

/// <summary>
/// The command from its arguments to its exit code. Only the verb that was asked for is built, since start-up time is
/// part of every answer.
/// </summary>
public static class CliApplication
{
    public static string Version => typeof(CliApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <returns>0 done, 1 done in part, 2 wrong use, 3 refused for safety, 4 damage found, 130 cancelled.</returns>
    public static async Task<int> RunAsync(string[] args, CliHost host, CancellationToken cancellationToken)
    {
        var common = new CommonSettings();
        var remedies = new StrongBox<Func<Exception, Remedies>>(_ => Remedies.Plain);
        var showStack = host.Environment(common.Debug.EnvironmentName) is "1" or "true" || args.Contains("--debug");
        try
        {
            return await RunVerbAsync(args, host, common, remedies, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            host.Error.WriteLine("Cancelled. What was finished is kept; run the same command again to go on.");
            return ErrorCode.Cancelled.ExitCode;
        }
        catch (Exception e)
        {
            return Explain(e, host, remedies.Value!, showStack);
        }
        finally
        {
            Flush(host);
        }
    }

    private static async Task<int> RunVerbAsync(string[] args, CliHost host, CommonSettings common, StrongBox<Func<Exception, Remedies>> remedies, CancellationToken cancellationToken)
    {
        if (args is ["--version"] or ["version"])
        {
            host.Output.WriteLine($"semblance {Version}");
            return ExitCodes.Ok;
        }
        if (args is ["help", .. var topic])
            args = [.. topic, "--help"];
        if (args is [var first, ..] && !first.StartsWith('-') && !VerbCatalogue.All.Any(entry => entry.Name == first))
        {
            var near = WordDistance.Nearest(first, VerbCatalogue.All.Select(entry => entry.Name));
            throw new UsageException($"'{first}' is not a command of semblance.{(near is null ? "" : $" Did you mean '{near}'?")} 'semblance --help' lists them.");
        }

        var tree = CommandTree.Build(args, common);
        // @file is a picture's name here, not a file of arguments.
        var parsed = tree.Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var (path, verb) = tree.Find(parsed.CommandResult.Command);
        if (parsed.Action is HelpAction || args.Length == 0)
            return HelpPage.Write(parsed, path, verb, host, isAsked: args.Length > 0);
        CheckArguments(parsed, path, verb, common);
        if (verb is null || !verb.RunsByItself)
            throw new UsageException($"'semblance{string.Concat(path.Select(word => " " + word))}' needs a command after it. See 'semblance{string.Concat(path.Select(word => " " + word))} --help'.");

        var settings = new SettingsReader(parsed, host, path);
        var galleryFolder = ReadSettingsFiles(settings, common, host);
        remedies.Value = failure => Remedies.For(settings.IsTyped(common.Gallery) ? settings.Get(common.Gallery) : null, galleryFolder, failure);
        cancellationToken.ThrowIfCancellationRequested();
        var asked = AskedFormat(settings, common, verb, path);
        var format = asked ?? UsualFormat(host, verb);
        var context = new VerbContext(host, common, parsed, settings, new Printer(host, format), new Talk(host, settings.Get(common.Quiet)), galleryFolder, asked);
        return LogWords.Counts(settings.Get(common.Log)) ? await RunCountingAsync(verb, context, cancellationToken) : await verb.RunAsync(context, cancellationToken);
    }

    private static async Task<int> RunCountingAsync(Verb verb, VerbContext context, CancellationToken cancellationToken)
    {
        using var totals = new MeterTotals();
        var code = await verb.RunAsync(context, cancellationToken);
        foreach (var line in totals.Lines())
            context.Log.Log(LogLevel.Debug, default, line, null, static (text, _) => text);
        return code;
    }

    /// <summary>Current folder, then gallery folder, then user folder. The gallery's own file cannot say where the gallery is.</summary>
    private static string ReadSettingsFiles(SettingsReader settings, CommonSettings common, CliHost host)
    {
        var here = Open(host.CurrentFolder);
        var user = Open(UserFolders.Configuration(host));
        var galleryFolder = GalleryLocation.Resolve(settings.Get(common.Gallery), host);
        if (galleryFolder != host.CurrentFolder && SettingsFile.Open(galleryFolder) is { } ofGallery)
        {
            ofGallery.Check(common, VerbCatalogue.All);
            settings.Insert(here is null ? 0 : 1, ofGallery);
        }
        return galleryFolder;

        SettingsFile? Open(string folder)
        {
            var file = SettingsFile.Open(folder);
            file?.Check(common, VerbCatalogue.All);
            if (file is not null)
                settings.Append(file);
            return file;
        }
    }

    private static OutputFormat? AskedFormat(SettingsReader settings, CommonSettings common, Verb verb, IReadOnlyList<string> path)
    {
        var isTyped = settings.IsTyped(common.Format);
        var asked = (!isTyped || settings.IsTyped(common.Json)) && settings.Get(common.Json) ? OutputFormat.Json : settings.Get(common.Format);
        if (asked is not { } format || verb.Formats.Contains(format))
            return asked;
        // A format set for all verbs by environment or file cannot suit each of them; one that was typed must.
        return !isTyped ? null : throw new UsageException($"'{string.Join(' ', path)}' prints {string.Join(", ", verb.Formats.Select(OutputFormats.NameOf))}, not {OutputFormats.NameOf(format)}.");
    }

    private static OutputFormat UsualFormat(CliHost host, Verb verb)
    {
        var usual = host.OutputIsTerminal ? OutputFormat.Table : OutputFormat.Json;
        return verb.Formats.Contains(usual) ? usual : verb.Formats[0];
    }

    private static void CheckArguments(ParseResult parsed, IReadOnlyList<string> path, Verb? verb, CommonSettings common)
    {
        var seeHelp = $" See 'semblance{string.Concat(path.Select(word => " " + word))} --help'.";
        // The parser hands an unknown flag to any verb that takes arguments; a file of such a name is reachable as ./-name or after --.
        var afterDashes = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet();
        var words = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Where(token => !afterDashes.Contains(token)).Select(token => token.Value);
        foreach (var word in words.Concat(parsed.UnmatchedTokens))
        {
            if (word.Length < 2 || word[0] != '-')
                continue;
            var flags = common.All.Concat(verb?.Settings ?? []).Select(setting => setting.Option).SelectMany(option => option.Aliases.Prepend(option.Name));
            var near = WordDistance.Nearest(word.Split('=')[0], flags);
            throw new UsageException($"{word} is not a flag here.{(near is null ? "" : $" Did you mean {near}?")} (A file of that name is ./{word}.){seeHelp}");
        }
        if (parsed.Errors.Count > 0)
        {
            var typed = parsed.UnmatchedTokens.Count > 0 ? WordDistance.Nearest(parsed.UnmatchedTokens[0], verb?.Verbs.Select(entry => entry.Name) ?? []) : null;
            throw new UsageException(parsed.Errors[0].Message + (typed is null ? "" : $" Did you mean '{typed}'?") + seeHelp);
        }
    }

    private static int Explain(Exception e, CliHost host, Func<Exception, Remedies> remedies, bool showStack)
    {
        e = Errors.Cause(e);
        var code = e is UsageException ? ErrorCode.WrongUse : Errors.Of(e);
        var message = code == ErrorCode.Unexpected
            ? $"Something unexpected went wrong: {e.Message.TrimEnd('.')}.{(showStack ? "" : " Run it again with --debug to see where, and report it.")}"
            : remedies(e).Of(e) is { } remedy ? $"{e.Message} {remedy}" : e.Message;
        host.Error.WriteLine("semblance: " + Printable.Of(message));
        if (showStack)
        {
            host.Error.WriteLine(Printer.Line(new ErrorRecord(code.Name, e.Message, Errors.DetailsOf(e)), WireJson.Default.ErrorRecord));
            host.Error.WriteLine(e.ToString());
        }
        return code.ExitCode;
    }

    private static void Flush(CliHost host)
    {
        try
        {
            host.Output.Flush();
        }
        catch (IOException)
        {
            // The reader of the pipe has what it wanted.
        }
        host.Error.Flush();
    }
}
