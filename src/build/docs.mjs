// Every function and class of the public API says what it does: lists those that do not, and fails if there are any.
import ts from 'typescript';

const root = new URL('../../', import.meta.url).pathname;
const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (d) => { throw new Error(String(d.messageText)); } });
const entries = ['src/index.ts', 'src/foreign/index.ts', 'src/node/index.ts'].map((file) => root + file);
const program = ts.createProgram(entries, config.options), checker = program.getTypeChecker();
const silent = new Set();
let documented = 0;
for (const entry of entries) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const isCode = symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class) || (symbol.flags & ts.SymbolFlags.Variable && checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0);
    if (!isCode) continue;
    const comment = symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags().length > 0;
    // a class without parameters of its own may be explained at the top of its file
    const header = symbol.flags & ts.SymbolFlags.Class && symbol.declarations?.[0]?.getSourceFile().text.startsWith('//');
    if (comment || header) documented++;
    else silent.add(`${exported.name} (${symbol.declarations?.[0]?.getSourceFile().fileName.replace(root, '')})`);
  }
}
for (const name of silent) console.error(`no docstring: ${name}`);
console.log(`docs: ${documented} functions and classes documented, ${silent.size} not`);
process.exitCode = silent.size ? 1 : 0;
